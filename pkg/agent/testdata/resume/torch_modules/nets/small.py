import torch
from torch import nn


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(6, 16), nn.Linear(16, 2)])
        self.drop = nn.Dropout(0.3)

    def forward(self, x):
        return self.layers[1](self.drop(torch.relu(self.layers[0](x))))
