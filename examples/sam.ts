// Trains the same small network with SGD and with SAM, and compares how flat the loss is where each ends.
// Run it with `npx tsx examples/sam.ts`.
import { grad, key, normal, type Tensor, tensor, zipTrees } from '@samkit/core'
import { crossEntropy, type MlpParams, mlp } from '@samkit/nn'
import { globalNorm, type Method, type Optimizer, sam, sgd, trainer } from '@samkit/optim'

const points = 200
const rho = 0.1

/** Two noisy half moons, one per class: `inputs` `[N, 2]` and `targets` `[N]`. */
function moons(seed: number): { readonly inputs: Tensor; readonly targets: Tensor } {
  const noise = normal(key(seed), [points, 2]).mul(0.25)
  const targets = Array.from({ length: points }, (_, i) => i % 2)
  const curve = targets.map((side, i) => {
    const angle = (Math.PI * i) / points
    return side === 0 ? [Math.cos(angle), Math.sin(angle)] : [1 - Math.cos(angle), 0.5 - Math.sin(angle)]
  })
  return { inputs: tensor(curve).add(noise), targets: tensor(targets, { dtype: 'i32' }) }
}

const model = mlp([2, 32, 32, 2])
const train = moons(1)
const test = moons(2)

async function compare(name: string, method: Method | Optimizer): Promise<void> {
  const run = await trainer(model, method, { loss: crossEntropy, key: key(0) })
  for (let step = 0; step < 200; step++) await run.step(train)

  const loss = (params: MlpParams): Tensor =>
    crossEntropy(model.apply(params, train.inputs, { training: false, key: null }), train.targets)
  const uphill = grad(loss)(run.params)
  const scale = globalNorm(uphill).reciprocal().mul(rho)
  const worst = zipTrees(run.params, uphill, (w, g) => w.add(g.mul(scale)))
  const [here, there] = await Promise.all([loss(run.params).item(), loss(worst).item()])
  const predicted = (await run.predict(test.inputs)).argmax({ axis: 1 })
  const accuracy = await predicted.eq(test.targets).mean().item()
  console.log(
    `${name.padEnd(3)}  loss ${here.toFixed(3)}, ${rho} uphill ${there.toFixed(3)}, test accuracy ${accuracy.toFixed(3)}`,
  )
}

await compare('SGD', sgd({ lr: 0.2, momentum: 0.9 }))
await compare('SAM', sam(sgd({ lr: 0.2, momentum: 0.9 }), { rho }))
