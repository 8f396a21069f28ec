/**
 * Charts as SVG files, drawn by Apache ECharts without a browser.
 *
 * @module
 */
import { type EChartsOption, init } from 'echarts'

export interface Chart {
  readonly file: string
  readonly title: string
  readonly unit: string
  readonly kind: 'bar' | 'line'
  /** Logarithmic, where the values lie far apart. */
  readonly logarithmic: boolean
  readonly categories: readonly string[]
  readonly series: readonly { readonly name: string; readonly values: readonly number[] }[]
}

/** Height of one name, with the gap behind it. */
const LEGEND_LINE = 22

export function drawChart(chart: Chart): string {
  const isBar = chart.kind === 'bar'
  const legend = chart.series.length > 1 ? chart.series.length * LEGEND_LINE : 0
  const bars = chart.categories.length * chart.series.length * 24
  const height = 120 + legend + (isBar ? bars : 260)
  const canvas = init(null, null, { renderer: 'svg', ssr: true, width: 860, height })
  const names = { type: 'category' as const, data: [...chart.categories], inverse: isBar }
  const values = {
    type: chart.logarithmic ? ('log' as const) : ('value' as const),
    name: chart.unit,
    nameLocation: 'middle' as const,
    nameGap: isBar ? 30 : 50,
  }
  const option: EChartsOption = {
    animation: false,
    backgroundColor: '#fff',
    title: { text: chart.title, left: 'center' },
    // One below the other: the widths of names are guessed for a font that the viewer may not have.
    legend: { show: legend > 0, orient: 'vertical', icon: 'roundRect', itemGap: 8, bottom: 8 },
    grid: { left: 60, right: 70, top: 50, bottom: 60 + legend, containLabel: true },
    xAxis: isBar ? values : names,
    yAxis: isBar ? names : values,
    series: chart.series.map(({ name, values: data }) => ({
      name,
      type: chart.kind,
      data: [...data],
      // Those of lines that lie close together would cover each other.
      label: { show: isBar, position: 'right' as const },
    })),
  }
  canvas.setOption(option)
  const svg = canvas.renderToSVGString()
  canvas.dispose()
  return svg
}
