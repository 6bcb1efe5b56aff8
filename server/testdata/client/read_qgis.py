# What a user of QGIS does: QT_QPA_PLATFORM=offscreen python3 read_qgis.py ADDRESS-OF-OGC-API. Prints what it read, for the test to look at.
import sys
from qgis.core import QgsApplication, QgsFeatureRequest, QgsRectangle, QgsVectorLayer

app = QgsApplication([], False)
app.initQgis()


def layer(name):
    found = QgsVectorLayer("pagingEnabled='true' pageSize='5' typename='%s' url='%s'" % (name, sys.argv[1]), name, "OAPIF")
    if not found.isValid():
        print("invalid", name, found.dataProvider().error().summary() if found.dataProvider() else "no provider")
    return found


areas = layer("regso-2020")
print("areas", areas.featureCount(), areas.crs().authid(), areas.geometryType())
print("fields", *[f.name() for f in areas.fields()][:3])
features = sorted(areas.getFeatures(), key=lambda f: f["code"])
with_border = [f for f in features if not f.geometry().isNull()]
print("read", len(features), "borders", len(with_border), "valid", sum(f.geometry().isGeosValid() for f in with_border))
print("first", features[0]["code"], features[0]["name"])
box = features[0].geometry().boundingBox()
box.scale(0.5)
print("window", *[f["code"] for f in areas.getFeatures(QgsFeatureRequest(QgsRectangle(box)))])
print("kommuner", layer("kommun").featureCount())
