"""Writes pytorch.testing.ts: what PyTorch's and timm's optimizers and schedules give in double precision.

Needs torch and timm: python pytorch.testing.py > pytorch.testing.ts
"""

import importlib.util
import json
import os
import sys
import types

import torch

START = [[0.5], [-1.25, 0.75, 2.0]]
GRADIENTS = [
    [[0.3], [-0.7, 0.2, 1.1]],
    [[-0.4], [0.9, -0.1, 0.6]],
    [[0.05], [-0.3, 0.8, -1.7]],
    [[1.2], [0.0, 0.4, 0.01]],
    [[-0.6], [-2.1, 0.33, 0.5]],
    [[0.7], [0.6, -0.9, -0.25]],
]
RATES = [0.1, 0.1, 0.05, 0.2, 0.01, 0.1]


TIMM = os.path.join(os.path.dirname(importlib.util.find_spec("timm").origin), "optim")


def timm_optimizer(name):
    """The optimizer's own file, without the models that timm imports beside it."""
    for package, path in (("timm", []), ("timm.optim", [TIMM])):
        module = types.ModuleType(package)
        module.__path__ = path
        sys.modules[package] = module
    spec = importlib.util.spec_from_file_location(f"timm.optim.{name}", f"{TIMM}/{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def trace(make):
    params = [torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in START]
    optimizer = make(params)
    steps = []
    for gradients, rate in zip(GRADIENTS, RATES):
        for group in optimizer.param_groups:
            group["lr"] = rate
        for p, g in zip(params, gradients):
            p.grad = torch.tensor(g, dtype=torch.float64)
        optimizer.step()
        steps.append([v for p in params for v in p.tolist()])
    return steps


def schedule(make, lr=0.2, steps=24):
    weight = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.SGD([weight], lr=lr)
    scheduler = make(optimizer)
    values = []
    for _ in range(steps):
        values.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return values


o, s = torch.optim, torch.optim.lr_scheduler
Lars, Lamb = timm_optimizer("lars").Lars, timm_optimizer("lamb").Lamb

traces = {
    "sgd": lambda p: o.SGD(p, lr=1),
    "sgd momentum": lambda p: o.SGD(p, lr=1, momentum=0.9, weight_decay=0.1),
    "sgd dampening": lambda p: o.SGD(p, lr=1, momentum=0.9, dampening=0.3),
    "sgd nesterov": lambda p: o.SGD(p, lr=1, momentum=0.9, nesterov=True, weight_decay=0.01),
    "adam": lambda p: o.Adam(p),
    "adam decay": lambda p: o.Adam(p, betas=(0.5, 0.9), eps=1e-3, weight_decay=0.1),
    "adam amsgrad": lambda p: o.Adam(p, betas=(0.9, 0.5), amsgrad=True),
    "adamw": lambda p: o.AdamW(p),
    "adamw decay": lambda p: o.AdamW(p, betas=(0.8, 0.99), eps=1e-4, weight_decay=0.3),
    "rmsprop": lambda p: o.RMSprop(p),
    "rmsprop momentum": lambda p: o.RMSprop(p, alpha=0.9, eps=1e-3, momentum=0.8, weight_decay=0.1),
    "rmsprop centered": lambda p: o.RMSprop(p, alpha=0.7, momentum=0.5, centered=True),
    "adagrad": lambda p: o.Adagrad(p),
    "adagrad decay": lambda p: o.Adagrad(p, lr_decay=0.1, weight_decay=0.1, initial_accumulator_value=0.5, eps=1e-4),
    "lars": lambda p: Lars(p, weight_decay=0.1),
    "lars momentum": lambda p: Lars(p, weight_decay=0.1, momentum=0.9, dampening=0.2, trust_coeff=0.02),
    "lars nesterov": lambda p: Lars(p, weight_decay=0.1, momentum=0.9, nesterov=True, trust_clip=True, trust_coeff=0.5),
    "lars undecayed": lambda p: Lars(p, momentum=0.9),
    "lars all": lambda p: Lars(p, always_adapt=True),
    "lamb": lambda p: Lamb(p, max_grad_norm=None),
    "lamb clipped": lambda p: Lamb(p, weight_decay=0.1, betas=(0.5, 0.9)),
    "lamb uncorrected": lambda p: Lamb(p, max_grad_norm=None, bias_correction=False, trust_clip=True),
    "lamb undecayed": lambda p: Lamb(p, max_grad_norm=None, weight_decay=0),
}
schedules = {
    "linear": lambda x: s.LinearLR(x, start_factor=0.25, end_factor=1.0, total_iters=10),
    "cosine": lambda x: s.CosineAnnealingLR(x, T_max=24, eta_min=0.01),
    "stepDecay": lambda x: s.StepLR(x, step_size=7, gamma=0.3),
    "multiStep": lambda x: s.MultiStepLR(x, milestones=[3, 10, 11], gamma=0.5),
    "exponential": lambda x: s.ExponentialLR(x, gamma=0.9),
    "polynomial": lambda x: s.PolynomialLR(x, total_iters=15, power=2.0),
    "oneCycle": lambda x: s.OneCycleLR(x, max_lr=0.2, total_steps=25),
    "oneCycle linear": lambda x: s.OneCycleLR(
        x, max_lr=0.2, total_steps=25, pct_start=0.4, anneal_strategy="linear", div_factor=10, final_div_factor=100
    ),
    "sequence": lambda x: s.SequentialLR(
        x,
        [s.LinearLR(x, start_factor=0.1, total_iters=5), s.CosineAnnealingLR(x, T_max=19)],
        milestones=[5],
    ),
}


def entries(table):
    return "".join(f"  {json.dumps(name)}: {json.dumps(rows)},\n" for name, rows in table.items())


print(f"""/*
 * What PyTorch {torch.__version__.split('+')[0]} (and for LARS and LAMB timm) gives in double precision; written by pytorch.testing.py.
 */

/** The parameters before the first step: a tensor of one number and one of three. */
export const start: readonly (readonly number[])[] = {json.dumps(START)}
/** The gradients of each step. */
export const gradients: readonly (readonly (readonly number[])[])[] = {json.dumps(GRADIENTS)}
/** The learning rate of each step. */
export const rates: readonly number[] = {json.dumps(RATES)}
/** The parameters after each step. */
export const traces: Readonly<Record<string, readonly (readonly number[])[]>> = {{
{entries({name: trace(make) for name, make in traces.items()})}}}
/** The learning rate at each step. */
export const schedules: Readonly<Record<string, readonly number[]>> = {{
{entries({name: schedule(make) for name, make in schedules.items()})}}}""")
