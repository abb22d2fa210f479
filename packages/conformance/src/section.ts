/** What the kit looks at, in the order it does. */
export const sections = [
  'claims',
  'primitives',
  'special values',
  'sizes',
  'views',
  'graphs',
  'gradients',
  'training',
  'determinism',
  'memory',
  'disposal',
] as const

/** A part of the kit. */
export type Section = (typeof sections)[number]
