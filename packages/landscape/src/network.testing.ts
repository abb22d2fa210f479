import { fromOwned, hessian, key, normal, split, type Tensor } from '@samkit/core'
import type { Matrix } from './symmetric.testing.ts'

/** The weights of a network with one hidden layer. */
export interface Network {
  readonly hidden: { readonly weight: Tensor; readonly bias: Tensor }
  readonly out: Tensor
}

const [inputKey, targetKey, weightKey, biasKey, outKey] = split(key(7), 5) as [
  Tensor,
  Tensor,
  Tensor,
  Tensor,
  Tensor,
]
const f64 = { dtype: 'f64' } as const
const inputs = normal(inputKey, [12, 2], f64)
const targets = normal(targetKey, [12], f64)

/** Weights at no minimum, so that the Hessian has eigenvalues of both signs. */
export const network: Network = {
  hidden: { weight: normal(weightKey, [2, 3], f64), bias: normal(biasKey, [3], f64) },
  out: normal(outKey, [3], f64),
}

/** The mean squared error of a tanh network on examples `[12, 2]`. */
export function networkLoss({ hidden, out }: Network): Tensor {
  const activity = inputs.matmul(hidden.weight).add(hidden.bias).tanh()
  return activity.matmul(out).sub(targets).square().mean()
}

/** The whole Hessian of {@link networkLoss} at {@link network}. */
export async function networkHessian(): Promise<Matrix> {
  const values = (await Promise.all(
    [network.hidden.weight, network.hidden.bias, network.out].map((t) => t.data()),
  )) as Float64Array[]
  const flat = Float64Array.from(values.flatMap((part) => [...part]))
  const loss = (x: Tensor): Tensor =>
    networkLoss({
      hidden: { weight: x.at([0, 6]).reshape([2, 3]), bias: x.at([6, 9]) },
      out: x.at([9, 12]),
    })
  const matrix = await hessian(loss)(fromOwned(flat, [flat.length])).data()
  return { n: flat.length, data: Float64Array.from(matrix) }
}
