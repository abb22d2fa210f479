/** A program made ready on a device. */
export interface Runner {
  /** About how many bytes it keeps on the device between runs. */
  readonly bytes: number
  readonly isRunning: boolean
  /** How gpu.js runs it, in its own words or ours. */
  readonly executor: string
  /**
   * Runs it: gives outputs, then the values of checks.
   *
   * @throws Error when another mode ran than was asked for, the device was lost, or its memory is full.
   */
  run(inputs: readonly Float32Array[]): Promise<readonly Float32Array[]>
  destroy(): Promise<void>
}
