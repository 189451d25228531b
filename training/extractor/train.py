"""Fit the extractor: spans, no answer and sentences at once, from a cross-encoder's weights.

    python -m training.extractor.train --base base.safetensors --out run --set training/data --set ...

A run that was stopped goes on from its last checkpoint. The objective of the spans is that of SQuAD 2.0 (Devlin et al.
2019, section 4.3): the first token, whose logit is the no-answer head's, is the answer's start and end where there is
none. A sentence is chosen among the sentences and none; and whether there is an answer is asked by itself.
"""

import argparse
import json
import random
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor
from training.extractor.data import Example
from training.extractor.examples import load_examples
from training.extractor.measures import measure, predict
from training.extractor.model import ExtractorNet, averaged, from_cross_encoder
from training.extractor.objective import Batch, losses

LOSS_WEIGHTS = (1.0, 0.5, 0.5)


def main() -> None:
    """Train, write a checkpoint at each interval, and measure on the groups that were held out."""
    arguments = _arguments()
    torch.set_num_threads(1)
    torch.manual_seed(arguments.seed)
    training, held = load_examples(arguments.set, arguments.hold, arguments.seed)
    if arguments.limit:
        training = random.Random(arguments.seed).sample(training, arguments.limit)
    print(f"{len(training)} examples to learn from, {len(held)} held out", flush=True)
    net = from_cross_encoder(arguments.base, arguments.frozen, arguments.dropout)
    if arguments.start:
        net.load_state_dict(averaged(arguments.start))
    optimizer = _optimizer(net, arguments.rate, arguments.head_rate)
    batches = [
        b for epoch in range(arguments.epochs) for b in _batches(training, arguments.batch, (arguments.seed, epoch))
    ]
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _slope(step, len(batches)))
    arguments.out.mkdir(parents=True, exist_ok=True)
    state = arguments.out / "state.pt"
    first = _resumed(state, net, optimizer, schedule)
    began, history = time.monotonic(), []
    for step in range(first, len(batches)):
        history.append(_step(net, optimizer, batches[step]))
        schedule.step()
        if (step + 1) % 25 == 0:
            mean = np.mean(history[-25:], axis=0).round(3).tolist()
            left = (time.monotonic() - began) / (step + 1 - first) * (len(batches) - step - 1)
            print(f"step {step + 1} of {len(batches)}, losses {mean}, {left / 60:.1f} min left", flush=True)
        if (step + 1) % arguments.checkpoint == 0:
            torch.save(
                {
                    "net": net.state_dict(),
                    "optimizer": optimizer.state_dict(),
                    "schedule": schedule.state_dict(),
                    "step": step + 1,
                },
                state,
            )
            save_file(net.state_dict(), arguments.out / "weights.safetensors")
        if arguments.measure and (step + 1) % arguments.measure == 0:
            print(json.dumps(measure(held, predict(net, held))), flush=True)
    save_file(net.state_dict(), arguments.out / "weights.safetensors")
    print(json.dumps(measure(held, predict(net, held))), flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", type=Path, required=True, help="float32 weights that base.py wrote")
    parser.add_argument("--start", type=Path, nargs="+", help="weights of an earlier run, or of several: their mean")
    parser.add_argument("--out", type=Path, required=True, help="directory of checkpoints")
    parser.add_argument("--set", type=Path, action="append", required=True, help="a data set; can be repeated")
    parser.add_argument("--hold", action="append", default=[], help="title of a group to measure on; can be repeated")
    parser.add_argument("--frozen", type=int, default=0, help="lower layers that keep their weights")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=5e-5)
    parser.add_argument("--head-rate", type=float, default=5e-4)
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=int, default=0, help="learn from this many examples only")
    parser.add_argument("--checkpoint", type=int, default=100, help="steps between checkpoints")
    parser.add_argument("--measure", type=int, default=0, help="steps between measurements")
    return parser.parse_args()


def _optimizer(net: ExtractorNet, rate: float, head_rate: float) -> torch.optim.Optimizer:
    fixed = ("words.", "positions.", "segments.", *(("norm.",) if net.frozen else ()))
    fixed += tuple(f"layers.{number}." for number in range(net.frozen))
    groups: dict[tuple[float, float], list[Tensor]] = {}
    for name, parameter in net.named_parameters():
        if name.startswith(fixed):
            parameter.requires_grad = False
            continue
        decay = 0.0 if name.endswith("bias") or "norm" in name else 0.01
        groups.setdefault((head_rate if name.startswith("token_head") else rate, decay), []).append(parameter)
    return torch.optim.AdamW([{"params": p, "lr": lr, "weight_decay": decay} for (lr, decay), p in groups.items()])


def _slope(step: int, steps: int) -> float:
    """The share of the learning rate at a step: up over the first 6 %, then down to nothing."""
    warm = max(1, int(steps * 0.06))
    return (step + 1) / warm if step < warm else max(0.0, (steps - step) / (steps - warm))


def _batches(examples: Sequence[Example], size: int, seed: tuple[int, int]) -> list[list[Example]]:
    """All examples once, in batches of about one length, in a random order."""
    choice = random.Random(str(seed))
    order = sorted(examples, key=lambda e: len(e.ids) + choice.random() * 24)
    batches = [order[i : i + size] for i in range(0, len(order), size)]
    choice.shuffle(batches)
    return batches


def _resumed(
    state: Path, net: ExtractorNet, optimizer: torch.optim.Optimizer, schedule: torch.optim.lr_scheduler.LambdaLR
) -> int:
    if not state.is_file():
        return 0
    saved = torch.load(state, weights_only=True)
    net.load_state_dict(saved["net"])
    optimizer.load_state_dict(saved["optimizer"])
    schedule.load_state_dict(saved["schedule"])
    return int(saved["step"])


def _step(net: ExtractorNet, optimizer: torch.optim.Optimizer, examples: Sequence[Example]) -> list[float]:
    """One step down; the three losses before it."""
    net.train()
    batch = Batch.of(examples)
    with torch.autocast("cpu", torch.bfloat16):
        with torch.set_grad_enabled(net.frozen == 0):
            states = net.lower(batch.ids, batch.segments, batch.mask)
        tokens, nulls = net.upper(states, batch.mask)
    parts = torch.stack(losses(tokens.float(), nulls.float(), batch))
    loss = (parts * torch.tensor(LOSS_WEIGHTS)).sum()
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_([p for p in net.parameters() if p.requires_grad], 1.0)
    optimizer.step()
    return [float(part) for part in parts.detach()]


if __name__ == "__main__":
    main()
