import random

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

import kill


class Noisy(Dataset):
    def __init__(self):
        self.x = torch.randn(96, 6)

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        x = self.x[i] + 0.1 * torch.randn(6) + 0.01 * random.random() + 0.01 * float(np.random.rand())
        return x, int(self.x[i, 0] > 0)


def main():
    loader = DataLoader(Noisy(), batch_size=16, shuffle=True, num_workers=2, generator=torch.Generator().manual_seed(3))
    model = torch.nn.Linear(6, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    history = []
    for epoch in range(5):
        for x, y in loader:
            loss = torch.nn.functional.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        kill.at(epoch)
        history.append(loss.item())
    print(history)
    print(kill.weights(model))


if __name__ == "__main__":
    main()
