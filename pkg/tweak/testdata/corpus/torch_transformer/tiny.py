import torch
import torch.nn as nn

torch.manual_seed(3)
d_model, n_head = 8, 2
x = torch.randint(0, 10, (512, 6))
y = (x.sum(1) > 27).long()

class Tiny(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(10, d_model)
        layer = nn.TransformerEncoderLayer(d_model, n_head, dim_feedforward=16, batch_first=True)
        self.enc = nn.TransformerEncoder(layer, num_layers=1)
        self.head = nn.Linear(d_model, 2)

    def forward(self, t):
        return self.head(self.enc(self.emb(t)).mean(1))

net = Tiny()
opt = torch.optim.RMSprop(net.parameters(), lr=1e-5)
for epoch in range(4):
    net.train()
    for i in range(0, 400, 50):
        opt.zero_grad()
        nn.functional.cross_entropy(net(x[i:i+50]), y[i:i+50]).backward()
        opt.step()
net.eval()
print('val_accuracy:', (net(x[400:]).argmax(-1) == y[400:]).float().mean())
