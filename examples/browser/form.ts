import {
  type BackendName,
  backendNames,
  backendTitles,
  methodNames,
  methodTitles,
  optimizerNames,
  optimizerTitles,
  type Settings,
  usualRates,
} from './choices.ts'
import { missing } from './devices.ts'

/** The settings as they stand in the form. */
export interface SettingsForm {
  /** @throws Error where a choice is none of those offered. */
  read(): Settings
  /** Whether they can be changed. */
  enable(enabled: boolean): void
}

/** Fills the form's lists; `changed` is called when the user changes something. */
export async function settingsForm(form: HTMLFormElement, changed: () => void): Promise<SettingsForm> {
  const backend = named(form, 'backend', HTMLSelectElement)
  const optimizer = named(form, 'optimizer', HTMLSelectElement)
  const method = named(form, 'method', HTMLSelectElement)
  const lr = named(form, 'lr', HTMLInputElement)
  const rho = named(form, 'rho', HTMLInputElement)
  let enabled = true

  for (const name of optimizerNames) optimizer.add(new Option(optimizerTitles[name], name))
  for (const name of methodNames) method.add(new Option(methodTitles[name], name))
  method.value = 'sam'
  for (const option of await Promise.all(backendNames.map(backendOption))) backend.add(option)

  const read = (): Settings => ({
    backend: oneOf(backendNames, backend.value),
    optimizer: oneOf(optimizerNames, optimizer.value),
    method: oneOf(methodNames, method.value),
    lr: lr.valueAsNumber,
    rho: rho.valueAsNumber,
  })
  const refresh = (): void => {
    for (const field of [backend, optimizer, method, lr]) field.disabled = !enabled
    rho.disabled = !enabled || method.value === 'plain'
  }
  const suit = (): void => {
    lr.value = String(usualRates[read().optimizer])
  }
  optimizer.addEventListener('change', suit)
  form.addEventListener('change', () => {
    refresh()
    changed()
  })
  suit()
  refresh()
  return {
    read,
    enable: (value) => {
      enabled = value
      refresh()
    },
  }
}

async function backendOption(name: BackendName): Promise<HTMLOptionElement> {
  const why = await missing(name)
  const option = new Option(why === null ? backendTitles[name] : `${backendTitles[name]} (${why})`, name)
  option.disabled = why !== null
  return option
}

function named<T extends Element>(form: HTMLFormElement, name: string, kind: new () => T): T {
  const field = form.elements.namedItem(name)
  if (!(field instanceof kind)) throw new Error(`the form has no ${kind.name} "${name}"`)
  return field
}

function oneOf<Name extends string>(names: readonly Name[], value: string): Name {
  const name = names.find((candidate) => candidate === value)
  if (name === undefined) throw new Error(`"${value}" is none of ${names.join(', ')}`)
  return name
}
