import torch
from accelerate import Accelerator
from torch.utils.data import DataLoader, TensorDataset

import kill

accelerator = Accelerator(cpu=True, gradient_accumulation_steps=2)
x = torch.randn(150, 6)
loader = DataLoader(TensorDataset(x, (x[:, 0] > 0).long()), batch_size=30, shuffle=True)
model = torch.nn.Sequential(torch.nn.Linear(6, 8), torch.nn.Dropout(0.2), torch.nn.Linear(8, 2))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.5, epochs=6, steps_per_epoch=5)
model, optimizer, loader, scheduler = accelerator.prepare(model, optimizer, loader, scheduler)
rates = []
for epoch in range(6):
    model.train()
    for batch, labels in loader:
        with accelerator.accumulate(model):
            accelerator.backward(torch.nn.functional.cross_entropy(model(batch), labels))
            optimizer.step()
            scheduler.step()
            optimizer.zero_grad()
    model.eval()
    kill.at(epoch)
    rates.append(scheduler.get_last_lr()[0])
accelerator.print(rates)
print(kill.weights(model))
