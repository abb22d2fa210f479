import * as core from '@samkit/core'
import * as optim from '@samkit/optim'
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript'
import * as conformance from '../index.ts'

const modules: Readonly<Record<string, object>> = {
  '@samkit/core': core,
  '@samkit/optim': optim,
  '@samkit/conformance': conformance,
}

/** What a printed program logs, run as it stands. */
export async function ran(code: string): Promise<unknown[]> {
  const names: string[] = []
  const values: unknown[] = []
  const body = code.replaceAll(/^import \{([^}]*)\} from '([^']*)'$/gm, (_, list: string, from: string) => {
    for (const name of list.split(',').map((one) => one.trim())) {
      if (name.startsWith('type ')) continue
      const value: unknown = Reflect.get(modules[from] ?? {}, name)
      if (value === undefined) throw new Error(`${from} exports no ${name}`)
      names.push(name)
      values.push(value)
    }
    return ''
  })
  const compilerOptions = { target: ScriptTarget.ES2022, module: ModuleKind.ESNext }
  const { outputText } = transpileModule(`const run = async () => {\n${body}\n}`, { compilerOptions })
  const logged: unknown[] = []
  const console = { log: (...shown: unknown[]) => logged.push(shown.length === 1 ? shown[0] : shown) }
  // The code under test is a program in text: there is no other way to run it.
  const make = new Function('console', ...names, `${outputText}\nreturn run()`)
  await make(console, ...values)
  return logged
}
