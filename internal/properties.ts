/** How property tests draw their examples: one seed for all, so that a run can be repeated; the environment explores further. */
export const properties: { readonly seed: number; readonly numRuns: number } = {
  seed: integerFrom('FC_SEED', 20260101),
  numRuns: integerFrom('FC_RUNS', 100),
}

/** An environment variable as a whole number, or `fallback` when unset. */
function integerFrom(name: string, fallback: number): number {
  const text = process.env[name]
  if (text === undefined || text === '') return fallback
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new Error(`${name} must be a whole number, got "${text}"`)
  return value
}
