from torch import nn


class DigitGRU(nn.Module):
    def __init__(self, hidden, dropout):
        super().__init__()
        self.rnn = nn.GRU(8, hidden, batch_first=True)
        self.drop = nn.Dropout(dropout)
        self.out = nn.Linear(hidden, 10)

    def forward(self, x):
        _, h = self.rnn(x)
        return self.out(self.drop(h[-1]))
