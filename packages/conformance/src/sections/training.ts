import type { DType } from '@samkit/core'
import type { Check, Outcome } from '../check.ts'
import { smallestFault } from '../investigate.ts'
import { stochastic } from '../judges/stochastic.ts'
import { planProgram } from '../program/plan-program.ts'
import { type Answers, answer } from '../program/print.ts'
import type { Session } from '../session.ts'
import { ways } from '../training/methods.ts'
import { type TrainingOptions, trainingSteps } from '../training/training-steps.ts'
import { verdictOfTensors } from '../verdict.ts'

/** The code of a training, with both answers. */
function trainingCode(
  { name }: Session,
  way: { readonly code: string },
  options: TrainingOptions,
  paths: readonly string[],
  { actual, expected }: Answers,
): string {
  const functions = [...new Set(way.code.match(/\b[a-zA-Z]+(?=\()/g))].sort()
  const told = paths.flatMap((path, i) => {
    const right = expected[i]
    if (right === undefined) return []
    const wrong = actual?.[i]
    return [
      `// ${path}: ${wrong === undefined ? 'nothing' : answer(wrong)}`,
      `// instead of: ${answer(right)}`,
    ]
  })
  return [
    "import { trainingSteps } from '@samkit/conformance'",
    "import { backendByName } from '@samkit/core'",
    `import { ${functions.join(', ')} } from '@samkit/optim'`,
    '',
    `const backend = await backendByName('${name}')`,
    `const method = ${way.code}`,
    `const told = trainingSteps(method, { network: '${options.network}', steps: ${options.steps}, dtype: '${options.dtype}' })`,
    'for (const [name, tensor] of Object.entries(told)) console.log(name, await tensor.data({ backend }))',
    ...told,
    '',
  ].join('\n')
}

/** One training on the backend and on the reference. A failure is cut down to the operations that are to blame. */
async function trainingOutcome(
  session: Session,
  way: (typeof ways)[string],
  options: TrainingOptions,
): Promise<Outcome> {
  const tensors = trainingSteps(way.method, options)
  const paths = Object.keys(tensors)
  const outputs = Object.values(tensors)
  const verdict = await verdictOfTensors(session, outputs, stochastic, (answers) =>
    trainingCode(session, way, options, paths, answers),
  )
  if (verdict === undefined) return { cases: 0, faults: [], skipped: 'not to be checked on this backend' }
  if (verdict.fault === undefined) return { cases: 1, faults: [] }
  const which = verdict.fault.message.replace(/of output (\d+)/, (_, i) => `of ${paths[Number(i)]}`)
  const fault = { ...verdict.fault, message: `${options.network}, ${options.steps} steps: ${which}` }
  const { fault: smallest } = await smallestFault(session, planProgram(outputs), fault, stochastic)
  return {
    cases: 1,
    faults: [
      smallest === fault
        ? fault
        : { ...smallest, message: `${fault.message}; to blame: ${smallest.message}` },
    ],
  }
}

/** Whole training steps of every optimizer and every method, on small networks. */
export function trainingChecks(quick: boolean): Check[] {
  const trainings = quick
    ? [{ network: 'mlp', steps: 1 } as const]
    : ([
        { network: 'mlp', steps: 1 },
        { network: 'mlp', steps: 3 },
        { network: 'conv', steps: 1 },
      ] as const)
  return Object.entries(ways).map(([name, way]) => ({
    section: 'training',
    title: `steps of ${name} stay within what roundings come to`,
    run: async (session) => {
      const { dtypes } = session.device.backend.capabilities
      const floats: readonly DType[] = dtypes.filter(
        (dtype) => dtype === 'f32' || (dtype === 'f64' && !quick),
      )
      const outcomes: Outcome[] = []
      for (const dtype of floats) {
        for (const training of trainings)
          outcomes.push(await trainingOutcome(session, way, { ...training, dtype }))
      }
      const cases = outcomes.reduce((sum, outcome) => sum + outcome.cases, 0)
      const outcome = { cases, faults: outcomes.flatMap(({ faults }) => faults).slice(0, 2) }
      return cases === 0 ? { ...outcome, skipped: 'not to be checked on this backend' } : outcome
    },
  }))
}
