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

export function drawChart(chart: Chart): string {
  const isBar = chart.kind === 'bar'
  const height = isBar ? 120 + chart.categories.length * chart.series.length * 24 : 380
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
    legend: { bottom: 0, show: chart.series.length > 1 },
    grid: { left: 20, right: 70, top: 50, bottom: 70, containLabel: true },
    xAxis: isBar ? values : names,
    yAxis: isBar ? names : values,
    series: chart.series.map(({ name, values: data }) => ({
      name,
      type: chart.kind,
      data: [...data],
      label: { show: true, position: isBar ? ('right' as const) : ('top' as const) },
    })),
  }
  canvas.setOption(option)
  const svg = canvas.renderToSVGString()
  canvas.dispose()
  return svg
}
