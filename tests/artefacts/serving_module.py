"""What the scikit-learn image runs in gunicorn: the server library around the model archive's own inference.py.

The shape of sagemaker_sklearn_container/serving.py (github.com/aws/sagemaker-scikit-learn-container).
"""

from sagemaker_containers.beta.framework import env, modules, transformer, worker

_app = None


def main(environ, start_response):
    """The WSGI application, made at the first request of each worker."""
    global _app
    if _app is None:
        serving = env.ServingEnv()
        user = modules.import_module(serving.module_dir, serving.module_name)
        functions = {name: getattr(user, name) for name in ("model_fn", "input_fn", "predict_fn", "output_fn")}
        asked = transformer.Transformer(**functions)
        asked.initialize()
        _app = worker.Worker(transform_fn=asked.transform, module_name=serving.module_name)
    return _app(environ, start_response)
