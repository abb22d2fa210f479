import { shown, testImages } from './images.ts'

/** Some test images, and what the network takes them for. */
export interface Pictures {
  /** With an empty list, only what they are. */
  show(guesses: readonly number[]): void
}

/** Puts them into the list `host`. */
export function pictures(host: HTMLElement): Pictures {
  const { images, labels, classNames, width, height } = testImages(shown)
  const captions = Array.from({ length: shown }, (_, i) => {
    const item = host.appendChild(document.createElement('li'))
    const canvas = item.appendChild(document.createElement('canvas'))
    canvas.width = width
    canvas.height = height
    const pixels = images.subarray(i * width * height, (i + 1) * width * height)
    const rgba = Uint8ClampedArray.from({ length: 4 * pixels.length }, (_, at) =>
      at % 4 === 3 ? 255 : (pixels[at >> 2] ?? 0),
    )
    canvas.getContext('2d')?.putImageData(new ImageData(rgba, width, height), 0, 0)
    return item.appendChild(document.createElement('span'))
  })
  const name = (label: number | undefined): string => classNames[label ?? -1] ?? ''
  const show = (guesses: readonly number[]): void => {
    for (const [i, caption] of captions.entries()) {
      const right = guesses[i] === labels[i]
      caption.className = guesses.length === 0 ? '' : right ? 'right' : 'wrong'
      caption.textContent =
        guesses.length === 0 ? name(labels[i]) : right ? `✓ ${name(labels[i])}` : `✗ ${name(guesses[i])}`
    }
  }
  show([])
  return { show }
}
