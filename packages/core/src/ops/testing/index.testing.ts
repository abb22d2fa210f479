/** What the primitives are tested with, for tests of other packages: `@samkit/core/testing`, in this workspace only. */
export { entryOf } from './entries.testing.ts'
export { acceptedDtypes, describeCase, leafOf, runs, specOf } from './run.testing.ts'
