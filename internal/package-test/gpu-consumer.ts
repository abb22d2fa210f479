// What a project does that has installed gpu.js beside the published packages.
import { tensor } from '@samkit/core'
import { gpu } from '@samkit/gpu'

for (const mode of ['cpu', 'webasm'] as const) {
  const backend = await gpu({ mode })
  const [first] = await tensor([1, 2]).mul(3).data({ backend })
  if (first !== 3) throw new Error(`on the GPU backend in mode ${mode}, 1 · 3 came out as ${first}`)
  await backend.dispose()
}
