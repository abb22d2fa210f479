// `npm run bench:graph`: what a training step costs before anything is computed. A backend that computes nothing stands
// in, so that what is timed is the building of the graph, and the look-up of its plan.
import { type Backend, key, randint, setBackend, uniform } from '@samkit/core'
import { crossEntropy, resnet20, visionTransformer } from '@samkit/nn'
import { batchObjective, type Method, type Model, plain, sam, sgd, trainer } from '@samkit/optim'
import { format, time } from './suite.ts'

/** How many primitives the plan compiled last had: nodes that a step builds and that something is computed for. */
let steps = 0

/** A backend whose values are all 0: every value of one size is the same array. */
const nothing: Backend = {
  name: 'nothing',
  capabilities: { sync: true, dtypes: ['bool', 'i32', 'f32', 'f64'], deterministic: true },
  upload: () => ({ dispose: () => {} }),
  download: async (_, { shape }) => new Float32Array(shape.reduce((size, n) => size * n, 1)),
  compile: (plan) => {
    steps = plan.steps.length
    const buffers = plan.outputs.map(() => ({ dispose: () => {} }))
    return { fallbacks: [], run: () => buffers }
  },
  dispose: async () => {},
}
await setBackend(nothing)

const base = () => sgd({ lr: 0.01, momentum: 0.9, weightDecay: 5e-4 })
const methods: readonly (readonly [name: string, method: Method])[] = [
  ['SGD', plain(base())],
  ['SAM', sam(base())],
]

/** Prints, for one model, the milliseconds of each part of a step; later parts contain the earlier ones. */
async function measure<P>(title: string, model: Model<P>, image: readonly number[]): Promise<void> {
  const batch = {
    inputs: await uniform(key(1), [64, ...image]).realize(),
    targets: await randint(key(2), [64], { high: 10 }).realize(),
  }
  console.log(title)
  for (const [name, method] of methods) {
    const run = await trainer(model, method, { loss: crossEntropy, key: key(0) })
    await run.step(batch)
    const nodes = steps
    const { params } = run
    const state = method.init(params)
    const objective = () => batchObjective(model, crossEntropy, batch, { key: key(3), buffers: run.buffers })
    const parts: readonly (readonly [string, () => Promise<unknown>])[] = [
      ['forward', async () => objective().forward(params)],
      ['and backward', async () => objective().gradient(params)],
      ['and the rest of the graph', async () => method.step(params, state, objective())],
      ['and the look-up of the plan', () => run.step(batch)],
    ]
    console.log(`  ${name}, ${nodes} primitives in the plan`)
    for (const [part, work] of parts) {
      const { stats } = await time(async () => void (await work()), { maxTime: 1 })
      const best = Math.min(...stats.sample)
      console.log(
        `    ${part.padEnd(32)} ${format(1000 * best).padStart(6)} ms at best, ` +
          `${format(1000 * stats.mean)} ms on average`,
      )
    }
  }
}

await measure(
  'Vision transformer: width 64, 4 blocks, 4 heads, 28×28×1 in patches of 4, batch 64',
  visionTransformer(
    { dim: 64, depth: 4, heads: 4 },
    { imageSize: 28, patchSize: 4, channels: 1, classes: 10, pool: 'mean' },
  ),
  [1, 28, 28],
)
await measure(
  'Vision transformer: width 192, 6 blocks, 3 heads, 32×32×3 in patches of 4, batch 64',
  visionTransformer({ dim: 192, depth: 6, heads: 3 }, { imageSize: 32, patchSize: 4, classes: 10 }),
  [3, 32, 32],
)
await measure('ResNet-20, batch 64', resnet20(), [3, 32, 32])
