"""The rows and labels within what frameworks keep data in, as far as they can be had without running the program's code."""

from typing import Any, Dict, List, NamedTuple, Optional, Sized, Tuple

# Steps of a tf.data pipeline that give all rows that they are given.
WHOLE = ("Batch", "Shuffle", "Map", "Prefetch", "Cache", "Repeat", "Options", "Rebatch")
DEPTH = 64  # steps of a pipeline that are followed
FEW = 8  # elements, of less an attribute holds no data
MANNER = ("batch", "shuffle", "seed", "augment")  # in names of attributes that choose no rows


class Content(NamedTuple):
    """What is within a container: inputs beside each other, and labels; where those cannot be told, where they are from."""

    inputs: Tuple[Any, ...] = ()
    labels: Any = None
    root: Any = None
    part: Tuple[str, ...] = ()  # tells which of the root's rows


def content(data: Any) -> Content:
    """Look into a container; what is none is its own content."""
    if hasattr(data, "__array__") or hasattr(data, "tocsr") or data is None or isinstance(data, (str, bytes)):
        return Content((data,), root=data)
    if isinstance(data, dict):
        return Content(tuple(data[key] for key in sorted(data, key=str)), root=data)
    if isinstance(data, (list, tuple)):
        return Content(tuple(data) if _beside(data) else (data,), root=data)
    if hasattr(data, "element_spec") and hasattr(data, "_variant_tensor"):
        return _pipeline(data)
    if hasattr(data, "batch_sampler") and hasattr(data, "dataset"):
        return _loader(data)
    if hasattr(data, "image_data_generator"):
        return _images(data)
    if hasattr(data, "__getitem__") and hasattr(data, "__dict__"):
        return _dataset(data)
    return Content((data,), root=data)


def labels_of(data: Any) -> Any:
    """The labels within a container; None where there are none."""
    if hasattr(data, "get_label"):  # xgboost's DMatrix, CatBoost's Pool
        return data.get_label()
    return content(data).labels


def _beside(data: Any) -> bool:
    """Whether a list is of a model's inputs, and not of rows."""
    shapes = {getattr(one, "shape", ())[:1] for one in data[:FEW]}
    return 0 < len(data) < FEW and shapes != {()} and len(shapes) == 1 and min(shapes)[0] >= FEW


def _pipeline(dataset: Any) -> Content:
    """A tf.data.Dataset: the tensors that it began with, if it gives all of those."""
    steps: List[str] = []
    for _ in range(DEPTH):
        behind = getattr(dataset, "_input_dataset", None)
        if behind is None:
            break
        if not whole(dataset):
            steps.append("%s %s" % (type(dataset).__name__, getattr(dataset, "_count", id(dataset))))
        dataset = behind
    tensors, spec = getattr(dataset, "_tensors", None), dataset.element_spec
    if steps or not tensors:
        zipped = getattr(dataset, "_datasets", None)
        beside = list(map(content, zipped)) if isinstance(zipped, tuple) and len(zipped) > 1 and not steps else []
        if beside and all(len(one.inputs) == 1 for one in beside[:2]):
            return Content(beside[0].inputs, beside[1].inputs[0], dataset)
        return Content(root=dataset, part=tuple(steps))
    count = len(spec) if isinstance(spec, tuple) else 1
    place = {1: len(tensors), 2: len(tensors) - 1}.get(count, len(tensors) - 2)  # of the labels; weights are behind them
    return Content(tuple(tensors[:place]), tensors[place] if count > 1 else None, dataset)


def whole(dataset: Any) -> bool:
    """Whether the last step of a pipeline gives all rows that it is given."""
    name = type(dataset).__name__
    return any(step in name for step in WHOLE) and "FlatMap" not in name


def _images(iterator: Any) -> Content:
    """An iterator of Keras' ImageDataGenerator: the images or files that it has, which it gives transformed."""
    files = getattr(iterator, "filepaths", None)
    if files is None:
        return Content((iterator.x,), iterator.y, iterator)
    return Content((files,), getattr(iterator, "labels", None), iterator)


def _loader(loader: Any) -> Content:
    """A torch DataLoader: its dataset, or the rows of it that its sampler takes."""
    found = _dataset(loader.dataset)
    indices = getattr(loader.sampler, "indices", None)
    return found if indices is None else _some(found, list(indices), loader.dataset)


def _some(found: Content, indices: List[int], dataset: Any) -> Content:
    """Some rows of what was found in a dataset."""
    if found.labels is None or not all(hasattr(one, "__array__") for one in (*found.inputs, found.labels)):
        return Content(root=found.root, part=found.part + (str(indices),))
    return Content(tuple(one[indices] for one in found.inputs), found.labels[indices], dataset)


def _dataset(data: Any) -> Content:
    """An object that is asked for batches or rows: a Subset of torch's, a TensorDataset, or one that holds arrays."""
    if hasattr(data, "indices") and hasattr(data, "dataset"):
        return _some(_dataset(data.dataset), list(data.indices), data)
    tensors = getattr(data, "tensors", None)
    if isinstance(tensors, tuple) and len(tensors) > 1:
        return Content(tensors[:-1], tensors[-1], data)
    return _holder(data) or Content((data,), root=data)


def _holder(data: Any) -> Optional[Content]:
    """An object of the program's, such as a PyDataset, that holds inputs and labels, all of them of equally many rows."""
    attributes = getattr(data, "__dict__", {})  # a list, which a loader may go through, has none
    own: Dict[str, Any] = {name: value for name, value in attributes.items() if not name.startswith("_")}
    held = [value for value in own.values() if _length(value) >= FEW and not isinstance(value, str)]
    arrays = sorted((value for value in held if hasattr(value, "__array__")), key=_values, reverse=True)
    if len(arrays) < 2 or len(set(map(_length, held))) > 1 or len(held) > len(arrays):
        return None
    part = tuple("%s %r" % (name, value) for name, value in sorted(own.items())
                 if isinstance(value, (str, int, float, slice, range)) and not any(word in name for word in MANNER))
    if part:  # it may be a part of its rows that it gives
        return Content(root=arrays[0], part=part)
    return Content((arrays[0],), arrays[1], data)


def _length(value: Any) -> int:
    shape = getattr(value, "shape", None)
    return (shape or (0,))[0] if isinstance(shape, tuple) else len(value) if isinstance(value, Sized) else 0


def _values(array: Any) -> int:
    count = 1
    for length in array.shape:
        count *= length
    return count
