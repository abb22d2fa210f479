// What a user's project does with the published packages. Compiled and run against the packed tarballs by run.mjs.
import { backendByName, grad, mul, sum, type Tensor, tensor, toHostArray } from '@samkit/core'
import { explainPlan } from '@samkit/core/compiler'
import '@samkit/core/node'
import '@samkit/data'
import '@samkit/landscape'
import '@samkit/nn'
import '@samkit/optim'
import '@samkit/wasm'

const loss = (x: Tensor): Tensor => sum(mul(x, x))
const slope = await toHostArray(grad(loss)(tensor([1, 2, 3])))

if (slope.data.join() !== '2,4,6')
  throw new Error(`the gradient of x² at [1, 2, 3] came out as ${slope.data}`)

const [fast] = await grad(loss)(tensor([1, 2, 3])).data({ backend: await backendByName('wasm') })
if (fast !== 2) throw new Error(`on the WebAssembly backend the gradient of x² at 1 came out as ${fast}`)
if (!explainPlan(loss(tensor([1, 2, 3]))).includes('1 kernel'))
  throw new Error('x² and its sum are more than one kernel')
