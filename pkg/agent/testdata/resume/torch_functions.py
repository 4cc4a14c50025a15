import argparse

import torch

import kill


def train_epoch(model, optimizer, X, y):
    model.train()
    losses = []
    for start in range(0, len(X), 100):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(X[start:start + 100]), y[start:start + 100])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return sum(losses)


def train(model, X, y, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    history, best = [], float("inf")
    for epoch in range(epochs):
        loss = train_epoch(model, optimizer, X, y)
        kill.at(epoch)
        history.append(loss)
        best = min(best, loss)
    return history, best


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=6)
    args = parser.parse_args()
    X = torch.randn(400, 10)
    y = (X.sum(1) > 0).long()
    model = torch.nn.Sequential(torch.nn.Linear(10, 16), torch.nn.Dropout(0.5), torch.nn.Linear(16, 2))
    print(train(model, X, y, args.epochs))
    print(kill.weights(model))


if __name__ == "__main__":
    main()
