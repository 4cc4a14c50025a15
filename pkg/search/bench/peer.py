"""Optuna's TPE with the median pruner on the same surrogate and races.

Reads setups (JSON) from standard input, writes one JSON line a race: what it
cost to see each target. The incumbent is enqueued and its training is free.
"""
import json
import os
import sys
import zlib
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import onnxruntime
import optuna

EPOCHS, CAP = 52, 60
optuna.logging.set_verbosity(optuna.logging.ERROR)
session = codes = axes = None


def start(directory, given):
    global session, codes, axes
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(os.path.join(directory, "model.onnx"), options)
    with open(os.path.join(directory, "encoding.json")) as f:
        codes = json.load(f)["OpenML_task_id"]
    axes = given


def curve(task, values):
    cont = np.array([[e, *values] for e in range(1, EPOCHS + 1)], dtype=np.float32)
    cat = np.full((EPOCHS, 1), codes[task], dtype=np.int32)
    out = session.run(None, {"x_cat": cat, "x_cont": cont})[0]
    return out[:, 1] / 100, max(0.01, float(out[-1, 0]) / EPOCHS)


class Over(Exception):
    pass


def race(setup):
    rng = zlib.crc32(f"{setup['task']} {setup['family']} {setup['seed']}".encode())  # a stream of its own for each race
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=rng), pruner=optuna.pruners.MedianPruner())
    study.enqueue_trial({a["name"]: int(v) if a["whole"] else v for a, v in zip(axes, setup["incumbent"])})
    cost = {"full": 0.0, "epochs": 0.0, "trials": 0}
    hits = []

    def objective(trial):
        values = []
        for a in axes:
            ask = trial.suggest_int if a["whole"] else trial.suggest_float
            values.append(ask(a["name"], int(a["low"]) if a["whole"] else a["low"], int(a["high"]) if a["whole"] else a["high"], log=a["log"]))
        accuracy, seconds = curve(setup["task"], values)
        cost["trials"] = trial.number
        for epoch, y in enumerate(accuracy.tolist(), 1):
            if trial.number > 0:
                cost["full"] += seconds / setup["unit"]
                cost["epochs"] += 1 / EPOCHS
            while len(hits) < len(setup["targets"]) and y >= setup["targets"][len(hits)]:
                hits.append(dict(cost, reached=True))
            if len(hits) == len(setup["targets"]) or cost["full"] >= CAP:
                raise Over
            trial.report(y, epoch)
            if epoch < EPOCHS and trial.should_prune():
                raise optuna.TrialPruned
        return float(accuracy[-1])

    try:
        study.optimize(objective, n_trials=None)
    except Over:
        pass
    while len(hits) < len(setup["targets"]):
        hits.append(dict(cost, reached=False))
    return hits


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    with ProcessPoolExecutor(asked["workers"], initializer=start, initargs=(asked["surrogate"], asked["axes"])) as pool:
        for hits in pool.map(race, asked["setups"]):
            print(json.dumps(hits), flush=True)
