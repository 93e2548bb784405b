"""The transport over HTTPS, as on AWS: certificates are checked, and the deadline holds there too."""

import datetime
import ipaddress
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.session import Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bakeoff.serving.deadline import Deadline
from bakeoff.serving.errors import BackendError
from bakeoff.serving.transport import AwsTransport
from bench.stub_backends import StubBackends, answers

PATH = "/endpoints/ease/invocations"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "stub")])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "stub.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def secure_stub(certificate: Path, aws_environment: pytest.MonkeyPatch) -> Iterator[StubBackends]:
    with StubBackends(certificate=certificate) as running:
        aws_environment.setenv("AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME", running.url)
        yield running


def asked(session: Session, *, seconds: float = 20) -> object:
    transport = AwsTransport(session, services=["sagemaker-runtime"])
    try:
        return transport.post("sagemaker-runtime", PATH, {"n": 1}, deadline=Deadline.after(seconds))
    finally:
        transport.close()


def test_a_trusted_backend_is_asked(
    secure_stub: StubBackends, session: Session, certificate: Path, aws_environment: pytest.MonkeyPatch
) -> None:
    aws_environment.setenv("AWS_CA_BUNDLE", str(certificate))
    secure_stub.manners["ease"] = answers({"items": ["x" * 200_000]})
    assert asked(session) == {"items": ["x" * 200_000]}


def test_an_untrusted_certificate_is_refused(secure_stub: StubBackends, session: Session) -> None:
    with pytest.raises(BackendError, match=r"cannot be reached \(SSLError\)"):
        asked(session)
    assert secure_stub.received == []


@pytest.mark.parametrize("manner", ["hang", "drip", "drip_head"])
def test_a_slow_backend_is_late_over_https_too(
    manner: str,
    secure_stub: StubBackends,
    session: Session,
    certificate: Path,
    aws_environment: pytest.MonkeyPatch,
) -> None:
    aws_environment.setenv("AWS_CA_BUNDLE", str(certificate))
    secure_stub.manners["ease"] = getattr(secure_stub, manner)
    with pytest.raises(BackendError) as failure:
        asked(session, seconds=0.4)
    assert failure.value.status == "timeout"
    assert len(secure_stub.received) == 1
