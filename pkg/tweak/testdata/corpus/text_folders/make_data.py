import os, random
random.seed(1)
words = {"sport": "ball goal team match score player".split(), "food": "bread soup salt oven spoon plate".split()}
for label, own in words.items():
    os.makedirs("reviews/" + label, exist_ok=True)
    for i in range(30):
        with open("reviews/%s/%d.txt" % (label, i), "w") as f:
            f.write(" ".join(random.choices(own + ["the", "a", "and", "is"], k=12)))
