import torch
from torch.utils.data import DataLoader, TensorDataset

import kill


def main():
    x = torch.randn(64, 6)
    loader = DataLoader(TensorDataset(x, (x[:, 0] > 0).long()), batch_size=16, num_workers=1, persistent_workers=True)
    model = torch.nn.Linear(6, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    history = []
    for epoch in range(4):
        for a, b in loader:
            loss = torch.nn.functional.cross_entropy(model(a), b)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        kill.at(epoch)
        history.append(loss.item())
    print(history)
    print(kill.weights(model))


if __name__ == "__main__":
    main()
