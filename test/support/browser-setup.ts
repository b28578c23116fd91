import { findChromium } from './chromium.ts';

/** Says at the end that the tests in a browser were skipped, where there is none; in CI there has to be one. */
export default function setup(): () => void {
  const isMissing = findChromium() === undefined;
  if (isMissing && process.env['CI'] === 'true')
    throw new Error('There is no Chromium for test/browser; apt-get install chromium, or set CHROMIUM.');
  return () => {
    if (isMissing)
      process.stderr.write(
        '\nSKIPPED: every test in a browser: there is no Chromium (CHROMIUM names one)\n\n',
      );
  };
}
