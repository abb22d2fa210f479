import { expect, test } from 'vitest'
import { shellWord } from '../flags.ts'
import { trainInvocation } from './invocation.ts'

test.each<[string, NodeJS.ProcessEnv, string, string]>([
  ['as an installed command', {}, '/usr/bin/samkit', 'samkit train'],
  ['as the package file', {}, 'C:\\x\\bin\\samkit.js', 'samkit train'],
  [
    'by npx',
    { npm_lifecycle_event: 'npx', npm_lifecycle_script: 'samkit train' },
    '/x/.bin/samkit',
    'npx samkit train',
  ],
  [
    'by npm run demo',
    { npm_lifecycle_event: 'demo', npm_lifecycle_script: 'node main.ts train --model lenet' },
    '/x/main.ts',
    'npm run demo --',
  ],
  [
    'from the sources in a test',
    { npm_lifecycle_event: 'test', npm_lifecycle_script: 'vitest run' },
    '/x/main.ts',
    'npx samkit train',
  ],
])('started %s, samkit says how to start it again', (_, env, script, said) => {
  expect(trainInvocation(env, script)).toBe(said)
})

test.each([
  ['runs/mlp-2', 'runs/mlp-2'],
  ['my runs', "'my runs'"],
  ["it's", "'it'\\''s'"],
  ['$HOME', "'$HOME'"],
  ['', "''"],
])('%j is %s to a shell', (word, quoted) => {
  expect(shellWord(word)).toBe(quoted)
})
