"""Makes catalogue.xlsx; soffice turns it into xls, ods and csv."""
import datetime
from openpyxl import Workbook
from openpyxl.styles import Alignment

wb = Workbook()
ws = wb.active
ws.title = "事项"
wrap = Alignment(wrap_text=True, horizontal="center", vertical="center")

def put(cell, value, fmt=None):
    ws[cell] = value
    ws[cell].alignment = wrap
    if fmt:
        ws[cell].number_format = fmt

put("A1", "洮南市人民政府2025年度重大行政决策事项目录"); ws.merge_cells("A1:G1")
for column, name in zip("ABCDE", ["序号", "决策事项名称", "承办\n单位", "计划完成时间", "投资（亿元）"]):
    put(f"{column}2", name); ws.merge_cells(f"{column}2:{column}3")
put("F2", "履行程序"); ws.merge_cells("F2:G2")
put("F3", "公众参与"); put("G3", "专家论证")
put("A4", "一、规划类"); ws.merge_cells("A4:G4")
rows = [
    (5, 1, "四平市大数据产业集群规划(2024-2026年)", "市政数局", "第四季度", None, 12.5, "0.0"),
    (6, 2, "城市公交票价调整", "市发改局\n市交通运输局", datetime.date(2025, 12, 1), 'yyyy"年"m"月"', 3, "General"),
    (7, 3, "“宅基地”制度改革", None, "1.2025年10月完成公众参与;\n2.2025年10月完成专家论证", None, None, None),
    (8, "二、项目类", None, None, None, None, None, None),
    (9, 1, "供热管网改造", "市住建局", 2025.1, "0.00", 1234.5, '#,##0.00'),
    (10, 2, "老旧小区改造办法", "市住建局", datetime.date(2025, 12, 31), "yyyy\\-mm\\-dd", 2026, "General"),
    (11, 3, "中小学布局调整", "市教育局", 2025.12, "General", 0.1, "General"),
    (12, 4, "无", None, datetime.date(2025, 6, 30), 'yyyy"年"m"月"d"日"', None, None),
]
for n, seq, title, unit, time, tf, money, mf in rows:
    put(f"A{n}", seq); put(f"B{n}", title); put(f"C{n}", unit); put(f"D{n}", time, tf); put(f"E{n}", money, mf)
ws.merge_cells("A8:G8"); ws.merge_cells("C6:C7")
for n in (5, 6, 7, 9, 10, 11):
    put(f"F{n}", "是" if n % 2 else "否")
put("G5", "√"); put("G9", "=A9+A10"); put("G10", "=1/0"); put("G11", '=B9&"（二期）"')
hidden = wb.create_sheet("旧稿"); hidden["A1"] = "序号"; hidden["A2"] = 99; hidden.sheet_state = "hidden"
notes = wb.create_sheet("说明"); notes["B3"] = "本表由各单位填报"
wb.create_sheet("空")
wb.save("catalogue.xlsx")
