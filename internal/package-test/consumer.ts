// What a user's project does with the published packages. Compiled and run against the packed tarballs by run.mjs.
import { backendByName, grad, mul, sum, type Tensor, tensor, toHostArray } from '@samkit/core'
import { explainPlan } from '@samkit/core/compiler'
import '@samkit/core/node'
import { runConformance } from '@samkit/conformance'
import '@samkit/data'
import { gpu } from '@samkit/gpu'
import '@samkit/landscape'
import '@samkit/nn'
import '@samkit/optim'
import { wasm } from '@samkit/wasm'

const loss = (x: Tensor): Tensor => sum(mul(x, x))
const slope = await toHostArray(grad(loss)(tensor([1, 2, 3])))

if (slope.data.join() !== '2,4,6')
  throw new Error(`the gradient of x² at [1, 2, 3] came out as ${slope.data}`)

const [fast] = await grad(loss)(tensor([1, 2, 3])).data({ backend: await backendByName('wasm') })
if (fast !== 2) throw new Error(`on the WebAssembly backend the gradient of x² at 1 came out as ${fast}`)
if (!explainPlan(loss(tensor([1, 2, 3]))).includes('1 kernel'))
  throw new Error('x² and its sum are more than one kernel')

const report = await runConformance(() => wasm(), {
  quick: true,
  sections: ['primitives'],
  primitives: ['exp'],
})
if (!report.right) throw new Error(`exp on the WebAssembly backend: ${JSON.stringify(report.checks)}`)

const missing = await gpu({ mode: 'cpu' }).catch((error: Error) => error.message)
if (missing !== 'gpu: could not load gpu.js, which is installed beside @samkit/gpu: npm install gpu.js')
  throw new Error(`without gpu.js the GPU backend said ${String(missing)}`)
