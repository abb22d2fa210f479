import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright'

/** Where the page's GPU work runs. */
export type DeviceKind = 'swiftshader' | 'real'

const flags = [
  '--headless',
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const software = ['--use-webgpu-adapter=swiftshader', '--enable-unsafe-swiftshader']
const hardware = [
  '--ignore-gpu-blocklist',
  ...(process.platform === 'linux' ? ['--enable-features=Vulkan', '--use-angle=vulkan'] : []),
]

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** The path of a Chromium: `CHROME_PATH`, or the first of the usual names on the search path. Undefined: Playwright's own. */
function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const asked = process.env.CHROME_PATH
  const paths = asked ? [asked] : names.flatMap((name) => folders.map((folder) => join(folder, name)))
  return paths.find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** Opens a Chromium whose WebGPU and WebGL run on this kind of device. */
export async function openBrowser(device: DeviceKind): Promise<Browser> {
  const executablePath = findChromium()
  return chromium.launch({
    args: [...flags, ...(device === 'swiftshader' ? software : hardware)],
    // Playwright would turn the GPU off, and with it WebGPU.
    ignoreDefaultArgs: ['--disable-gpu'],
    ...(executablePath === undefined ? {} : { executablePath }),
  })
}

/** Opens the page and waits until it can be asked. What it complains about goes to `complain`. */
export async function openPage(
  browser: Browser,
  address: string,
  complain: (text: string) => void,
): Promise<Page> {
  const page = await browser.newPage()
  page.on('pageerror', (error) => complain(error.message))
  page.on('crash', () => complain('the page crashed'))
  await page.goto(address)
  await page.waitForFunction(() => document.title === 'ready', undefined, { timeout: 120_000 })
  return page
}

/** The GPUs and drivers that the browser found. */
export async function gpusOf(browser: Browser): Promise<readonly string[]> {
  const session = await browser.newBrowserCDPSession()
  const { gpu } = await session.send('SystemInfo.getInfo')
  return gpu.devices.map(({ vendorString, deviceString, driverVendor, driverVersion, vendorId, deviceId }) =>
    [
      `${vendorString} ${deviceString}`.trim() || `vendor ${vendorId}, device ${deviceId}`,
      `${driverVendor} ${driverVersion}`.trim(),
    ]
      .filter((text) => text !== '')
      .join(', driver '),
  )
}
