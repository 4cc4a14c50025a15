"""Which symbol is the most frequent in a short sequence?"""
import numpy as np
import torch
import torch.nn as nn

SYMBOLS, LENGTH = 4, 12


def sequences(n, seed):
    rng = np.random.default_rng(seed)
    label = rng.integers(0, SYMBOLS, n)
    seq = rng.integers(0, SYMBOLS, (n, LENGTH))
    boost = rng.random((n, LENGTH)) < 0.45
    seq = np.where(boost, label[:, None], seq)
    return torch.tensor(seq), torch.tensor(label)


class Counter(nn.Module):
    def __init__(self, embedding_dim=8, hidden_size=24):
        super().__init__()
        self.embed = nn.Embedding(SYMBOLS, embedding_dim)
        self.gru = nn.GRU(embedding_dim, hidden_size, batch_first=True)
        self.out = nn.Linear(hidden_size, SYMBOLS)

    def forward(self, x):
        _, h = self.gru(self.embed(x))
        return self.out(h[-1])


def run(epochs=6, batch_size=64, learning_rate=1.0):
    x, y = sequences(1600, 1)
    x_test, y_test = sequences(500, 2)
    model = Counter()
    opt = torch.optim.Adam(model.parameters(), lr=learning_rate)
    for epoch in range(epochs):
        model.train()
        for i in range(0, len(x), batch_size):
            opt.zero_grad()
            nn.functional.cross_entropy(model(x[i:i + batch_size]), y[i:i + batch_size]).backward()
            opt.step()
        model.eval()
        with torch.no_grad():
            val_acc = (model(x_test).argmax(1) == y_test).float().mean()
        print(f"epoch={epoch + 1} val_acc={val_acc:.3f}")


run()
