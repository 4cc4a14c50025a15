import torch
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split

from config import LR, NUM_EPOCHS
from model import Net


def train(net, X, y, epochs, lr):
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)
    for epoch in range(epochs):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(net(X), y)
        loss.backward()
        optimizer.step()


if __name__ == "__main__":
    data = load_breast_cancer()
    X_train, X_test, y_train, y_test = train_test_split(data.data, data.target, random_state=0)
    mean, std = X_train.mean(0), X_train.std(0)
    net = Net()
    train(net, torch.tensor((X_train - mean) / std).float(), torch.tensor(y_train), NUM_EPOCHS, lr=LR)
    predicted = net(torch.tensor((X_test - mean) / std).float()).argmax(1)
    print("Test accuracy:", (predicted == torch.tensor(y_test)).float().mean().item())
