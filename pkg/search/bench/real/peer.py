"""The peers of the second layer: `python peer.py SOCKET`.

The bench says on the socket which method to run, in which space. Every training
is asked for there (see peer.go) and happens in the agent; whoever hits the target
first is stopped by the bench. Exit code 3: the method does not apply.
"""
import json
import os
import random
import signal
import socket
import sys
import tempfile

INAPPLICABLE = 3


class Link:
    """A connection on which one training runs at a time."""

    def __init__(self, path):
        self.path = path
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(path)
        self.file = connection.makefile("rw")
        self.setup = json.loads(self.file.readline())
        self.axes = self.setup["axes"]
        self.seed = self.setup["seed"]

    def send(self, message):
        self.file.write(json.dumps(message) + "\n")
        self.file.flush()

    def read(self):
        line = self.file.readline()
        if not line:
            sys.exit(0)  # the race is over
        return json.loads(line)

    def train(self, values, report=None, trial=None, until=0, leave=False, since=None):
        """Trains and returns the bench's last message; report(epoch, value) may stop it.

        trial goes on with one that was stopped; since starts from the model that one left.
        """
        self.send({"values": values, "trial": trial, "until": until, "leave": leave, "from": since})
        while True:
            message = self.read()
            if message["done"]:
                return message
            self.send({"stop": bool(report and report(message["epoch"], message["value"]))})


def accuracy(message):
    return message["value"] if message["value"] is not None else 0.0


def names(axes):
    """Short names for the axes, whose own are long: name -> axis."""
    return {f"x{i}": a for i, a in enumerate(axes)}


def values_of(config, axes):
    return {a["id"]: config[name] for name, a in names(axes).items() if name in config}


def random_search(link):
    rng = random.Random(link.seed)

    def draw(a):
        if a["choices"]:
            return rng.choice(a["choices"])
        if a["log"]:
            value = a["low"] * (a["high"] / a["low"]) ** rng.random()
        else:
            value = rng.uniform(a["low"], a["high"])
        return round(value) if a["whole"] else value

    while True:
        link.train({a["id"]: draw(a) for a in link.axes})


def optuna_distributions(axes):
    from optuna import distributions as d

    def of(a):
        if a["choices"]:
            return d.CategoricalDistribution(a["choices"])
        if a["whole"]:
            return d.IntDistribution(int(a["low"]), int(a["high"]), log=a["log"])
        return d.FloatDistribution(a["low"], a["high"], log=a["log"])

    return {name: of(a) for name, a in names(axes).items()}


def known(link, recipe):
    """What Optuna can be told of a recipe: the user's own values elsewhere."""
    params = {}
    for name, a in names(link.axes).items():
        value = recipe.get(a["id"], a["value"])
        if a["choices"]:
            if value in a["choices"]:
                params[name] = value
            continue
        try:
            value = int(float(value)) if a["whole"] else float(value)
        except ValueError:
            continue
        if a["low"] <= value <= a["high"]:
            params[name] = value
    return params


def tpe(link, prune=False):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    pruner = optuna.pruners.MedianPruner() if prune else optuna.pruners.NopPruner()
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=link.seed), pruner=pruner)
    distributions = optuna_distributions(link.axes)
    for recipe in link.setup["first"] or []:
        value = accuracy(link.train(recipe))
        params = known(link, recipe)
        study.add_trial(optuna.trial.create_trial(params=params, distributions={n: distributions[n] for n in params}, value=value))

    def objective(trial):
        config = {name: trial._suggest(name, distribution) for name, distribution in distributions.items()}

        def report(epoch, value):
            trial.report(value, epoch)
            return trial.should_prune()

        message = link.train(values_of(config, link.axes), report)
        if message["stopped"]:
            raise optuna.TrialPruned
        return accuracy(message)

    study.optimize(objective, n_trials=None)


def most_epochs(link):
    """What a user would give a scheduler: thrice what the script has."""
    return max(10, 3 * link.setup["epochs"])


def epochs_of(a):
    return a["role"] == "epochs"


def hyperband(link):
    """Keras Tuner's Hyperband; a promoted trial goes on from its checkpoint."""
    import keras_tuner as kt
    from keras_tuner.engine import base_tuner

    hp = kt.HyperParameters()
    for name, a in names(link.axes).items():
        if epochs_of(a):
            continue  # Hyperband's own
        if a["choices"]:
            hp.Choice(name, a["choices"])
        elif a["whole"]:
            hp.Int(name, int(a["low"]), int(a["high"]), sampling="log" if a["log"] else "linear")
        else:
            hp.Float(name, a["low"], a["high"], sampling="log" if a["log"] else "linear")
    trials = {}  # Keras Tuner's -> the bench's

    class Tuner(base_tuner.BaseTuner):
        def run_trial(self, trial, *args, **kwargs):
            config = dict(trial.hyperparameters.values)
            values = values_of(config, link.axes)
            values.update({a["id"]: most_epochs(link) for a in link.axes if epochs_of(a)})
            epochs = config.get("tuner/epochs", most_epochs(link))
            until = epochs if epochs < most_epochs(link) else 0
            message = link.train(values, trial=trials.get(config.get("tuner/trial_id")), until=until)
            trials[trial.trial_id] = message["trial"] if message["trial"] >= 0 else None
            return accuracy(message)

    oracle = kt.oracles.HyperbandOracle(objective=kt.Objective("accuracy", "max"), max_epochs=most_epochs(link), hyperparameters=hp,
                                        hyperband_iterations=1000, seed=link.seed)
    Tuner(oracle, directory=tempfile.mkdtemp(dir=os.getcwd()), project_name="race", overwrite=True).search()


def domains(tune, axes):
    """The space in the words that Ray Tune and FLAML share."""

    def of(a):
        if a["choices"]:
            return tune.choice(a["choices"])
        if a["whole"]:
            return tune.lograndint(int(a["low"]), int(a["high"]) + 1) if a["log"] else tune.randint(int(a["low"]), int(a["high"]) + 1)
        return tune.loguniform(a["low"], a["high"]) if a["log"] else tune.uniform(a["low"], a["high"])

    return {name: of(a) for name, a in names(axes).items()}


def asha(link):
    """Ray Tune with a trial on each of two cores."""
    import ray
    from ray import tune
    from ray.tune.schedulers import ASHAScheduler

    path, axes, epochs = link.path, link.axes, most_epochs(link)

    def trainable(config):
        def report(epoch, value):
            tune.report({"accuracy": value})

        tune.report({"accuracy": accuracy(Link(path).train(values_of(config, axes), report))})

    random.seed(link.seed)
    import numpy

    numpy.random.seed(link.seed)
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    scheduler = ASHAScheduler(metric="accuracy", mode="max", max_t=epochs)
    tune.Tuner(
        trainable,
        param_space=domains(tune, axes),
        tune_config=tune.TuneConfig(scheduler=scheduler, num_samples=-1, max_concurrent_trials=2),
        run_config=tune.RunConfig(storage_path=tempfile.mkdtemp(dir=os.getcwd()), verbose=0),
    ).fit()


def flaml(link):
    from flaml import BlendSearch, tune

    search = BlendSearch(metric="accuracy", mode="max", space=domains(tune, link.axes), seed=link.seed)
    tune.run(lambda c: {"accuracy": accuracy(link.train(values_of(c, link.axes)))}, search_alg=search, metric="accuracy", mode="max",
             num_samples=-1, time_budget_s=link.setup["seconds"], verbose=0)


GROWN = {"width": 10, "filters": 10}
LONGER = ("epochs", "max_iter", "rounds", "estimators")


def genre(link):
    """The rule of the student pipelines: the code, then one epoch more and more
    units, from the third training on a layer more, each time from the model that
    was saved the last time. What does not fit into the larger network is grown by
    the agent, more gently than theirs do it."""
    numbers = {}
    for a in link.axes:
        if a["role"] in GROWN or a["role"] in LONGER:
            try:
                numbers[a["id"]] = (int(a["value"]), GROWN.get(a["role"], 1))
            except ValueError:
                pass
    layers = [a for a in link.axes if a["role"] == "layers" and a["choices"]]
    if not numbers and not layers:
        sys.exit(INAPPLICABLE)
    saved = link.train({}, leave=True)["trial"]
    step = 0
    while True:
        step += 1
        values = {name: own + step * by for name, (own, by) in numbers.items()}
        if step > 1 and layers:
            values[layers[0]["id"]] = layers[0]["choices"][-1]
        message = link.train(values, leave=True, since=saved)
        saved = message["trial"] if accuracy(message) else saved


METHODS = {"random": random_search, "tpe": tpe, "tpe-median": lambda link: tpe(link, prune=True), "tpe-recipes": tpe,
           "hyperband": hyperband, "asha": asha, "flaml": flaml, "genre": genre}

if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    link = Link(sys.argv[1])
    METHODS[link.setup["method"]](link)
