import torch

import kill

X = torch.randn(200, 5)
target = X @ torch.randn(5, 1) + 0.1 * torch.randn(200, 1)
w = torch.zeros(5, 1, requires_grad=True)
b = torch.zeros(1, requires_grad=True)
epoch, losses = 0, []
while epoch < 6:
    loss = ((X @ w + b - target) ** 2).mean()
    loss.backward()
    kill.at(epoch)
    with torch.no_grad():
        w -= 0.1 * w.grad
        b.data.sub_(0.1 * b.grad.data)
        w.grad.zero_()
        b.grad *= 0.5  # a part of the gradient goes on into the next epoch
    losses.append(loss.item())
    epoch += 1
print(losses)
print(kill.digest([w.detach().numpy(), b.detach().numpy()]))
