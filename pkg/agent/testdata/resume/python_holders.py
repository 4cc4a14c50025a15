import array
import os
import random
import sys
import types

import numpy as np

import kill

# A package that is not the program's, and that holds what is.
os.makedirs("../elsewhere", exist_ok=True)
with open("../elsewhere/foreign.py", "w") as f:
    f.write("class Scheduler:\n    def __init__(self, model, options): self.model, self.options, self.calls = model, options, 0\n"
            "    def step(self): self.model.w += 1; self.options['rate'] /= 2; self.calls += 1\n")
sys.path.append(os.path.abspath("../elsewhere"))
import foreign  # noqa: E402


class Model:
    def __init__(self):
        self.w = 0


class Options(dict):
    pass


class Dice(random.Random):
    pass


class Numbers(array.array):
    pass


model, options = Model(), Options(rate=1.0)
scheduler = foreign.Scheduler(model, options)
state = types.SimpleNamespace(model=model, best=0)
models = np.array([model, Model()], dtype=object)
dice, numbers, history = Dice(1), Numbers("d", [0.0] * 3), []
for epoch in range(6):
    kill.at(epoch)
    scheduler.step()
    models[0].w += 10
    state.model.w += 100
    state.best = max(state.best, model.w)
    numbers[epoch % 3] += epoch
    history.append(dice.random())
print(history, numbers.tolist())
print(model.w, models[0].w, scheduler.model is state.model is model, state.best, options, scheduler.calls)
