import decimal
import os

import numpy as np
import torch

import kill

model = torch.nn.Linear(6, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
os.environ["STAGE"], os.environ["GONE"] = "0", "here"
for epoch in range(6):
    x = torch.randn(50, 6, dtype=torch.float32)
    loss = torch.nn.functional.cross_entropy(model(x), (x[:, 0] > 0).long())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    kill.at(epoch)
    if epoch == 1:
        os.makedirs("out")
        os.chdir("out")
        os.environ["STAGE"] = "1"
        del os.environ["GONE"]
        decimal.getcontext().prec = 3
        np.set_printoptions(precision=2)
        np.seterr(divide="ignore")
        torch.set_default_dtype(torch.float64)
print(os.path.basename(os.getcwd()), os.environ["STAGE"], "GONE" in os.environ, decimal.Decimal(1) / 3, np.ones(1) / 3,
      np.geterr()["divide"], torch.zeros(1).dtype)
print(kill.weights(model))
