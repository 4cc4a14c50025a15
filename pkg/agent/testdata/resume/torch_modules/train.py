import torch

import kill
from nets.small import Small
from training import engine

model = Small()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
print(engine.fit(model, optimizer, epochs=6), engine.STEPS)
print(kill.weights(model))
