"""Which of four topics is a note about?  Bag of words, linear classifier."""
import random

from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

WORDS = {
    "garden": "soil seed rain root leaf bloom weed spade compost hedge".split(),
    "kitchen": "salt oven butter knife dough simmer spice plate rain leaf".split(),
    "sailing": "mast wind harbour rope tide anchor hull rain chart knot".split(),
    "office": "paper desk meeting printer folder memo chart coffee plate rope".split(),
}
COMMON = "the a and with some very it was then again today small good".split()

rng = random.Random(11)
texts, topics = [], []
for _ in range(6000):
    topic = rng.choice(sorted(WORDS))
    words = [rng.choice(WORDS[topic]) for _ in range(4)] + [rng.choice(COMMON) for _ in range(8)]
    words += [rng.choice(WORDS[rng.choice(sorted(WORDS))]) for _ in range(2)]
    rng.shuffle(words)
    texts.append(" ".join(words))
    topics.append(topic)

train_texts, test_texts, train_topics, test_topics = train_test_split(texts, topics, test_size=1500, random_state=11)

model = make_pipeline(CountVectorizer(), SGDClassifier(loss="hinge", penalty="l1", alpha=1.0, max_iter=20, tol=None))
model.fit(train_texts, train_topics)
print("accuracy", model.score(test_texts, test_topics))
