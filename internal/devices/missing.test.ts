// Stands in for the tests of a project whose device is not on this machine (see vitest.config.ts).
import { inject, test } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    /** What is missing, and how to get it. */
    missing: string
  }
}

test('the device is here', (context) => {
  const missing = inject('missing')
  if (process.env.SAMKIT_REQUIRE_DEVICES === '1')
    throw new Error(`SAMKIT_REQUIRE_DEVICES=1 asks for all devices, but ${missing}.`)
  context.skip(missing)
})
