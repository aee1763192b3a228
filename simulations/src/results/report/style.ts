import { COLOURS } from '../figures/figure.ts'

/** The same hues, lighter: readable on a dark page. */
const ON_DARK = [
  '#4DA6DE',
  '#F08A3C',
  '#2FC79B',
  '#E09FC3',
  '#8FD0F5',
  '#F2B93B',
  '#D98BB5',
  '#A6A6A6'
] as const

const darkFigures = COLOURS.map(
  (colour, i) =>
    `svg [fill="${colour}"]{fill:${ON_DARK[i]}}svg [stroke="${colour}"]{stroke:${ON_DARK[i]}}`
).join('\n')

/** The report's only style sheet: one measure of text, figures as wide, light and dark, and print. */
export const STYLE: string = `
:root{color-scheme:light dark;--ink:#1b1d21;--soft:#5a6069;--line:#d9dce1;--page:#fff;--wash:#f5f6f8;--good:#00664a;--bad:#a33b00}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:17px/1.55 Charter,"Bitstream Charter","Sitka Text",Cambria,"Liberation Serif",Georgia,serif;text-rendering:optimizeLegibility}
main{max-width:46rem;margin:0 auto;padding:3.5rem 1.25rem 5rem}
h1{font-size:2rem;line-height:1.2;margin:0 0 .4rem;font-weight:600;letter-spacing:-.01em;text-wrap:balance}
h2{font-size:1.3rem;line-height:1.3;margin:3rem 0 .8rem;font-weight:600}
p{margin:.6rem 0}
.lead{color:var(--soft);font-size:1.05rem;margin:0 0 1.6rem}
.verdict{border-left:3px solid;padding:.35rem 0 .35rem .9rem;margin:1.4rem 0}
.verdict.good{border-color:var(--good)}.verdict.bad{border-color:var(--bad)}
.soft{color:var(--soft)}
code,.mono{font:.82em/1.5 ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace}
code{overflow-wrap:anywhere}
pre{background:var(--wash);padding:.8rem 1rem;overflow-x:auto;border-radius:4px;margin:.8rem 0}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1.4rem;margin:1rem 0}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
figure{margin:2rem 0 2.6rem;break-inside:avoid}
figure svg{display:block;width:100%;height:auto}
figcaption,caption{font-size:.88rem;line-height:1.45;color:var(--soft);text-align:left}
figcaption{margin-top:.7rem}caption{margin-bottom:.6rem}
figcaption b,caption b{color:var(--ink);font-weight:600}
.wide{overflow-x:auto;margin:1.4rem 0 2rem}
table{border-collapse:collapse;width:100%;font:.84rem/1.45 Helvetica,Arial,"Liberation Sans",sans-serif;font-variant-numeric:tabular-nums lining-nums}
thead th{border-top:1.5px solid var(--ink);border-bottom:1px solid var(--ink);font-weight:600;vertical-align:bottom}
tbody:last-child{border-bottom:1.5px solid var(--ink)}
th,td{padding:.3rem .7rem .3rem 0;text-align:left;vertical-align:baseline;font-weight:400}
th:last-child,td:last-child{padding-right:0}
.num{text-align:right;white-space:nowrap}
tbody th.group{padding-top:.8rem;font-weight:600}
tbody+tbody th.group{border-top:1px solid var(--line)}
.good{color:var(--good)}.bad{color:var(--bad)}
.verdict,.verdict *{color:var(--ink)}
footer{margin-top:3.5rem;border-top:1px solid var(--line);padding-top:1rem;font-size:.85rem;color:var(--soft)}
@media (prefers-color-scheme:dark){@media screen{
:root{--ink:#e4e6ea;--soft:#a0a6b0;--line:#343840;--page:#15171b;--wash:#1e2126;--good:#3fcf9f;--bad:#ff9d5c}
${darkFigures}
}}
@media (max-width:34rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}}
@media print{body{font-size:10.5pt}main{max-width:none;padding:0}h1{font-size:18pt}h2{font-size:13pt;break-after:avoid}a{color:inherit}.wide{overflow:visible}pre{white-space:pre-wrap}tr{break-inside:avoid}@page{margin:20mm 18mm}}
`
