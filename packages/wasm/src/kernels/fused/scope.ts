import type { Int, Local } from '../../assembler/index.ts'
import type { Form } from './forms.ts'

/** Where a form stands: at what the local holds, plus a constant. */
export interface Standing {
  readonly local: Local<'i32'>
  readonly by: number
}

/** What is known at some point of the code: values of lines, one for each vector computed together or one for all, and forms. */
export interface Scope {
  readonly values: Map<number, readonly Local[]>
  readonly forms: Map<Form, Standing>
}

/** Vectors that are computed together, counted from where the forms stand. */
export interface Site {
  readonly vectors: readonly number[]
  /** The lanes that may be read. */
  readonly readable: Int
  /** The lanes that count. */
  readonly bits: Int
}

/** A scope inside of another: what is added to it is not known outside. */
export function inside({ values, forms }: Scope): Scope {
  return { values: new Map(values), forms: new Map(forms) }
}

/** Where a form stands in a scope. */
export function standing(scope: Scope, form: Form): Standing {
  const found = scope.forms.get(form)
  if (found === undefined) throw new Error('samkit: a kernel has lost its place; please report this')
  return found
}
