import { setBackend } from '@samkit/core'
import { beforeAll, describe, expect, test } from 'vitest'
import { isolatingHeaders } from '../devices/chromium.ts'
import { findChromium } from '../devices/devices.ts'
import { bundlePage, openPage, type Told } from './browser.ts'
import { type Findings, findings } from './findings.ts'

const withoutBlob = { 'content-security-policy': "default-src 'self' 'wasm-unsafe-eval'" }
const timeLimit = 25

describe('the wasm backend in a browser', () => {
  let inNode: Findings
  let shared: Told
  let alone: Told
  let forbidden: Told

  beforeAll(
    async () => {
      const code = await bundlePage()
      const open = (headers: object) => openPage(findChromium() ?? '', code, { ...headers }, timeLimit)
      shared = await open(isolatingHeaders)
      alone = await open({})
      forbidden = await open({ ...isolatingHeaders, ...withoutBlob })
      inNode = await findings({ threads: 2 })
      await setBackend('reference')
    },
    4 * timeLimit * 1000,
  )

  test('runs on several threads where the page is cross-origin isolated, on one where it is not', () => {
    expect([shared.isolated, shared.found.threads]).toEqual([true, 2])
    expect([alone.isolated, alone.found.threads]).toEqual([false, 1])
  })

  test('gives the losses that it gives in Node, to the last bit', () => {
    expect(inNode.losses.every(Number.isFinite)).toBe(true)
    expect(shared.found.losses).toEqual(inNode.losses)
    expect(alone.found.losses).toEqual(inNode.losses)
  })

  test('leaves the page free while steps run on the workers', () => {
    expect(shared.found.longestGap / (shared.found.duration / 3)).toBeLessThan(0.5)
  })

  test('reads without waiting', () => {
    for (const { found } of [shared, alone, forbidden]) expect(found.read).toEqual([2, 4])
  })

  test('does the work on the page where its policy forbids workers from blob:', () => {
    expect(forbidden.found.workers).toBe(0)
    expect(forbidden.found.losses).toEqual(inNode.losses)
  })
})
