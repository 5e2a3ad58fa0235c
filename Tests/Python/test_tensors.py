"""Tensors of PyTorch are taken without a copy."""
import numpy
import pytest

import lhb
from lhb.samples import mono

torch = pytest.importorskip("torch")


def test_a_tensor_is_not_copied(demo_model_path, samples):
    tensor = torch.from_numpy(samples.copy())
    assert mono(tensor).ctypes.data == tensor.data_ptr()
    model = lhb.load(demo_model_path)
    features = model(tensor)
    numpy.testing.assert_array_equal(features, model(samples))
    # And their features are not copied either.
    assert torch.from_numpy(features).data_ptr() == features.ctypes.data
    for one, alone in zip(model([tensor, tensor[:8000]]), [samples, samples[:8000]]):
        numpy.testing.assert_array_equal(one, model(alone))


@pytest.mark.parametrize("change, words", [
    (lambda x: x.requires_grad_(), "detach"), (lambda x: x.to(torch.bfloat16), "float32"),
    (lambda x: x.to("meta"), "cpu"), (lambda x: x[None].repeat(2, 1), "2 channels"), (lambda x: x.long(), "int64")])
def test_tensors_that_are_refused(demo_model_path, samples, change, words):
    with pytest.raises(lhb.ArgumentError, match=words):
        lhb.load(demo_model_path)(change(torch.from_numpy(samples.copy())))


def test_workers_of_a_loader(demo_model_path, samples):
    model = lhb.load(demo_model_path, threads=2)
    expected = model(samples)

    class Utterances(torch.utils.data.Dataset):
        def __len__(self):
            return 4

        def __getitem__(self, index):
            return torch.from_numpy(model(samples))

    for features in torch.utils.data.DataLoader(Utterances(), num_workers=2, batch_size=None):
        numpy.testing.assert_array_equal(features.numpy(), expected)
