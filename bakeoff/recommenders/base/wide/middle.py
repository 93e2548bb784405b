"""What lies between the item layers, as a torch module: given the sums of the users' rows, it gives the last hidden
layer and what is added to the loss."""

from collections.abc import Callable

import torch

# hidden, last -> module(hidden_in) -> (hidden_out, regulariser summed over the users)
MakeMiddle = Callable[[int, int], torch.nn.Module]


class Middle(torch.nn.Module):
    """tanh, one layer down to the bottleneck, tanh: with the item layers a denoising autoencoder (Mult-DAE, Liang et
    al., WWW 2018), whose way back is the last layer alone."""

    def __init__(self, hidden: int, last: int) -> None:
        super().__init__()
        self.bias_in = torch.nn.Parameter(torch.zeros(hidden))
        self.down = torch.nn.Linear(hidden, last)
        torch.nn.init.xavier_normal_(self.down.weight)
        torch.nn.init.zeros_(self.down.bias)

    def forward(self, hidden_in: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        hidden_out = torch.tanh(self.down(torch.tanh(hidden_in + self.bias_in)))
        return hidden_out, hidden_out.new_zeros(())
