import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { backendNames } from '@samkit/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { oneLine, UsageError } from '../errors.ts'
import { bases } from '../registry/bases.ts'
import { methods } from '../registry/methods.ts'
import { models } from '../registry/models.ts'
import { optimizers } from '../registry/optimizers.ts'
import { schedules } from '../registry/schedules.ts'
import { runProgram } from './program.ts'

let empty: string

beforeAll(async () => {
  empty = await mkdtemp(join(tmpdir(), 'samkit-'))
})
afterAll(() => rm(empty, { recursive: true }))

/** What the command says of these arguments, which must be wrong; `@` stands for an empty folder. */
async function complaint(line: string): Promise<{ message: string; usage: boolean }> {
  const args = line === '' ? [] : line.split(' ').map((arg) => arg.replace('@', empty))
  try {
    const status = await runProgram(args, '1.2.3')
    throw new Error(`it ran, with status ${status}`)
  } catch (error) {
    return { message: oneLine(error).replaceAll(empty, '@'), usage: error instanceof UsageError }
  }
}

describe('wrong usage', () => {
  test.each([
    ['trian', "unknown command 'trian' (Did you mean train?)"],
    ['train --modle lenet', "unknown option '--modle' (Did you mean --model?)"],
    ['train --model', "option '--model <name>' argument missing"],
    ['train now', "too many arguments for 'train'. Expected 0 arguments but got 1."],
    [
      'train --model lnet',
      `--model: there is no "lnet" (did you mean lenet?); choose from ${Object.keys(models).join(', ')}`,
    ],
    [
      'train --model constructor',
      `--model: there is no "constructor"; choose from ${Object.keys(models).join(', ')}`,
    ],
    [
      'train --data fashion-minst',
      '--data: there is no "fashion-minst" (did you mean fashion-mnist?); choose from synthetic, mnist, fashion-mnist, cifar10',
    ],
    [
      'train --optimizer adan',
      `--optimizer: there is no "adan" (did you mean adam?); choose from ${Object.keys(optimizers).join(', ')}`,
    ],
    [
      'train --optimizer sam --base sam',
      `--base: there is no "sam" (did you mean sgd?); choose from ${Object.keys(bases).join(', ')}`,
    ],
    [
      'train --optimizer adam --base sgd',
      `--base does nothing with --optimizer adam; it is for ${Object.keys(methods).join(', ')}`,
    ],
    [
      'train --optimizer looksam --k 5',
      '--k does nothing with --optimizer looksam, which takes --lr, --momentum, --weight-decay, --rho, --reuse-every, --alpha',
    ],
    [
      'train --optimizer sam --base adamw --momentum 0.9',
      '--momentum does nothing with --optimizer sam, which takes --lr, --weight-decay, --rho',
    ],
    ['train --optimizer esam --gamma 2', 'esam: gamma must be in (0, 1], got 2'],
    ['train --optimizer ksam --k 0', '--k must be a whole number from 1, got "0"'],
    [
      'train --schedule cosin',
      `--schedule: there is no "cosin" (did you mean cosine?); choose from ${Object.keys(schedules).join(', ')}`,
    ],
    ['train --warmup 1.5', '--warmup must be a whole number from 0, got "1.5"'],
    ['train --warmup 9 --steps 9 --limit 8', '--warmup 9 leaves nothing of a run of 9 steps'],
    ['train --label-smoothing 1', '--label-smoothing must be a number from 0 and below 1, got "1"'],
    [
      'train --augment crop,flop',
      '--augment: there is no "flop" (did you mean flip?); choose from crop, flip, cutout, mixup',
    ],
    ['train --augment crop,crop', '--augment names crop twice'],
    ['train --backend quantum', `--backend: there is no "quantum"; choose from ${backendNames().join(', ')}`],
    ['train --lr abc', '--lr must be a number above 0, got "abc"'],
    ['train --lr 0', '--lr must be a number above 0, got "0"'],
    ['train --batch-size 0', '--batch-size must be a whole number from 1, got "0"'],
    ['train --rho -1', '--rho must be a number from 0, got "-1"'],
    ['train --momentum 1', '--momentum must be a number from 0 and below 1, got "1"'],
    ['train --epochs 1.5', '--epochs must be a whole number from 1, got "1.5"'],
    ['train --steps NaN', '--steps must be a whole number from 1, got "NaN"'],
    ['train --seed -3', '--seed must be a whole number from 0, got "-3"'],
    ['train --limit x', '--limit must be a whole number from 1, got "x"'],
    ['train --epochs 2 --steps 9', '--epochs and --steps both say how long the run is; give one of them'],
    [
      'train --optimizer sgd --rho 0.1',
      '--rho does nothing with --optimizer sgd, which takes --lr, --momentum, --weight-decay',
    ],
    [
      'train --optimizer adamw --momentum 0.9',
      '--momentum does nothing with --optimizer adamw, which takes --lr, --weight-decay',
    ],
    ['compare --optimizers sgd,sgd', '--optimizers names sgd twice'],
    ['compare --optimizers sgd --rho 0.1', '--rho does nothing with --optimizers sgd'],
    ['compare --optimizer sgd', "unknown option '--optimizer' (Did you mean --optimizers?)"],
    ['compare --seeds 0', '--seeds must be a whole number from 1, got "0"'],
    ['eval', 'say which model: --out with the folder of a run, or --checkpoint with a file'],
    ['eval --out @ --checkpoint @', 'give --out or --checkpoint, not both'],
  ])('samkit %s', async (line, message) => {
    expect(await complaint(line)).toEqual({ message, usage: true })
  })
})

describe('what cannot be done', () => {
  test.each([
    ['train --resume @/none', 'nothing to resume: there is no @/none'],
    ['train --resume @', 'nothing to resume: there is no @/checkpoint.safetensors'],
    ['train --resume --out @/none', 'nothing to resume: there is no @/none/checkpoint.safetensors'],
    ['eval --out @', 'there is no model in @: neither model.safetensors nor checkpoint.safetensors'],
    ['eval --checkpoint @', 'cannot read @: fileSource: "@" is a folder'],
    ['eval --checkpoint @/none', "cannot read @/none: ENOENT: no such file or directory, open '@/none'"],
  ])('samkit %s', async (line, message) => {
    expect(await complaint(line)).toEqual({ message, usage: false })
  })

  test('training on files that are not there names the folder and where to get them', async () => {
    const { message, usage } = await complaint('train --data mnist --data-dir @/none')
    expect(message).toMatch(/^MNIST: there is no folder @\/none\. Get the files from https:/)
    expect(usage).toBe(false)
  })

  test('reading a model from a file of something else names the file and what is wrong', async () => {
    await writeFile(join(empty, 'text'), 'not a model, just text')
    expect((await complaint('eval --checkpoint @/text')).message).toMatch(
      /^cannot read @\/text: .*safetensors/,
    )
  })

  test('writing into a file as if it were a folder names it', async () => {
    await writeFile(join(empty, 'file'), '')
    const { message } = await complaint('train --model mlp --limit 8 --test-limit 8 --out @/file/run')
    expect(message).toMatch(/^cannot write to @\/file\/run: ENOTDIR/)
  })
})
