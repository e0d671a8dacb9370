"""Makes hidden.xlsx: a table, and an older one on a sheet that is hidden."""
from openpyxl import Workbook
wb = Workbook(); old = wb.active; old.title = "旧稿"; now = wb.create_sheet("事项")
for sheet, title in ((old, "旧事项"), (now, "供热专项规划")):
    sheet.append(["序号", "决策事项名称", "承办单位", "计划完成时间"])
    sheet.append([1, title, "市住建局", "2026年6月"])
old.sheet_state = "hidden"; wb.active = 1
wb.save("hidden.xlsx")
