import torch
from tqdm import tqdm

import kill

model = torch.nn.Linear(4, 2)
optimizer = torch.optim.RMSprop(model.parameters())
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda e: 0.9 ** e)
history = []
bar = tqdm(range(6), disable=True)
for epoch in bar:
    x = torch.randn(64, 4)
    loss = torch.nn.functional.cross_entropy(model(x), (x[:, 0] > 0).long())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    kill.at(epoch)
    scheduler.step()
    bar.set_postfix(loss=loss.item())
    history.append((loss.item(), scheduler.get_last_lr()))
print(history)
print(kill.weights(model))
