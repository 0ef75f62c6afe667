// Cuts the fonts of the sheets for people down to the letters that their sentences have, so
// that Arabic, Urdu and Chinese are printed alike on every machine. What it cut by stands in
// the file letters.txt beside them, which a test compares with the sentences.
import { readFileSync, writeFileSync } from "node:fs";
import subsetFont from "subset-font";

const [sentences, into] = process.argv.slice(2);
const fonts = {
  ar: (weight) => `noto-sans-arabic/files/noto-sans-arabic-arabic-${weight}-normal.woff2`,
  ur: (weight) => `noto-nastaliq-urdu/files/noto-nastaliq-urdu-arabic-${weight}-normal.woff2`,
  zh: (weight) => `noto-sans-sc/files/noto-sans-sc-chinese-simplified-${weight}-normal.woff2`,
};
const letters = [...new Set(readFileSync(sentences, "utf8"))].filter((letter) => letter > "\u007f").sort().join("");
for (const [language, file] of Object.entries(fonts)) {
  for (const weight of [400, 700]) {
    const whole = readFileSync(`node_modules/@fontsource/${file(weight)}`);
    writeFileSync(`${into}/sheet-${language}-${weight}.woff2`, await subsetFont(whole, letters, { targetFormat: "woff2" }));
  }
}
writeFileSync(`${into}/letters.txt`, letters);
